/** Text as an SQL literal; whatever it holds, it stays one value. */
export const textLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A day, `yyyy-mm-dd`, as an SQL literal. @throws RangeError where it is anything else */
export function dateLiteral(day: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(day)) return `date '${day}'`
  throw new RangeError(`${day} is no day as yyyy-mm-dd`)
}
