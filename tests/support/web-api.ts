/** The ids of a system's runs, the newest first, as the JSON API tells them. */
export async function runsOf(url: string, systemId: string): Promise<string[]> {
  const { runs } = await getJson<{ runs: { run_id: string }[] }>(
    `${url}/v1/systems/${encodeURIComponent(systemId)}/runs`,
  );
  return runs.map(({ run_id }) => run_id);
}

/** The answer to a GET, which must be good. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
