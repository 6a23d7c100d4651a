/** Why a process can't serve now, in words; nothing when it can. */
export type Readiness = () => readonly string[] | Promise<readonly string[]>;

/** What `/readyz` says: 200, or 503 with what is wrong, a line each. No details of the database beyond "can't be reached". */
export async function readinessAnswer(
  readiness: Readiness,
): Promise<{ code: 200 | 503; text: string }> {
  const problems = await readiness();
  if (problems.length === 0) return { code: 200, text: "ok\n" };
  return { code: 503, text: `not ready:\n${problems.map((text) => `- ${text}\n`).join("")}` };
}
