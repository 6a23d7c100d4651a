// What an interrupted test of compose leaves behind. Plain JavaScript, because `npm test` calls it.
import { docker } from "./docker.mjs";

/** The name of the compose project of a run of the tests. */
export function composeProject(run) {
  return `slimmer-test-${run}`;
}

/** Removes the containers, networks and volumes of a run's compose project. */
export async function sweepCompose(run) {
  const filter = ["--quiet", "--filter", `label=com.docker.compose.project=${composeProject(run)}`];
  await remove(["ps", "--all", ...filter], ["rm", "--force", "--volumes"]);
  await remove(["network", "ls", ...filter], ["network", "rm"]);
  await remove(["volume", "ls", ...filter], ["volume", "rm"]);
}

async function remove(list, command) {
  const names = (await docker(list)).split(/\s+/).filter(Boolean);
  if (names.length > 0) await docker([...command, ...names]);
}
