const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** "1,204". */
export function countWords(value: number): string {
  return WHOLE.format(value);
}

/** "1,204", "48.2 k", "3.1 M": where there is little room. */
export function shortCount(value: number): string {
  if (value < 10_000) return WHOLE.format(value);
  if (value < 999_500) return `${oneDecimal(value / 1e3)} k`;
  if (value < 999_500_000) return `${oneDecimal(value / 1e6)} M`;
  return `${oneDecimal(value / 1e9)} G`;
}

/** "1 sensor", "31 sensors". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`;
}

/** "0", "0.4", "42", "1,200": as a person would say how fast something comes. */
export function rateWords(perSecond: number): string {
  if (perSecond < 0.05) return "0";
  if (perSecond < 10) return oneDecimal(perSecond);
  if (perSecond < 1_000) return WHOLE.format(perSecond);
  return WHOLE.format(Math.round(perSecond / 10) * 10);
}

/** "1.2 GB", in steps of a thousand. */
export function bytesWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < units.length - 1) {
    value /= 1_000;
    step += 1;
  }
  return `${value < 10 && step > 0 ? oneDecimal(value) : WHOLE.format(value)} ${units[step]}`;
}

function oneDecimal(value: number): string {
  return value >= 100 ? WHOLE.format(value) : value.toFixed(1).replace(/\.0$/, "");
}
