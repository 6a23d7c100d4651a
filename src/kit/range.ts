/** The numbers from `from` up to `end`, without it. */
export function range(from: number, end: number): number[] {
  const numbers: number[] = [];
  for (let number = from; number < end; number += 1) numbers.push(number);
  return numbers;
}
