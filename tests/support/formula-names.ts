/** Names that a spreadsheet would take for formulas, somewhere, and as they must stand in a file for it. */
export const FORMULA_NAMES: readonly (readonly [name: string, harmless: string])[] = [
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-x", "'-x"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["＝1＋1", "'＝1＋1"],
  ["－x", "'－x"],
  ["\tx", "'\tx"],
  ["\rx", "'\rx"],
  ["\nx", "'\nx"],
  ["\t=x", "'\t'=x"],
  ['=cmd|"/c calc"!A1', '\'=cmd|"/c calc"!A1'],
  ['"=1+1"', '\'"=1+1"'],
  ["x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"],
  ['x;"=1+1";y', 'x;\'"=1+1";y'],
  ["x\t@y", "x\t'@y"],
  ["x\r\n=1+1", "x\r\n'=1+1"],
  ["x\n-1\n+1", "x\n'-1\n'+1"],
  ["a;＠b", "a;'＠b"],
  // These are as they were.
  ["a=b", "a=b"],
  ["a; b - c", "a; b - c"],
  ["two\r\nlines", "two\r\nlines"],
  ['6" pipe', '6" pipe'],
];

/** What begins a cell, for a spreadsheet that splits at these signs whether they are in quotes or not. */
export function cellBeginnings(file: string): string[] {
  return file.split(/[;\t\r\n]/).map((piece) => piece.replace(/^"+/, ""));
}

export const FORMULA = /^[=+\-@＝＋－＠]/;
