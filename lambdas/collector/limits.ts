/** The most events of one request, and the most bytes of its body. */
export const MOST_EVENTS = 500
export const MOST_BYTES = 1024 * 1024
