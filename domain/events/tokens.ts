/** Personal data that a contract holds only the token of. */
export type Personal = 'email' | 'ip'

/**
 * Makes the token that stands for somebody's email or IP address, where the event enters: 64 hexadecimal digits, the same
 * for every spelling of the same address. `adapters/tokens` makes one from the platform's key.
 * @throws Refusal where the value is no such address; its sentence never holds the value
 */
export type Tokenise = (kind: Personal, value: string) => string
