/** PostgreSQL's text form of an array of numbers, because pg quotes every element of every array it is given. */
export function arrayText(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
