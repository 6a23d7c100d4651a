import { writeFileSync } from "node:fs";

/**
 * Writes the counts of a run to the file named by SLIMMER_TEST_TALLY: by tier, and under "" what belongs to none. A file
 * or a hook that breaks counts as one failure, since its tests can't speak for themselves.
 */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const tally = { "": { passed: 0, failed: unhandledErrors.length, skipped: 0 } };
    for (const module of modules) {
      tally[module.project.name] ??= { passed: 0, failed: 0, skipped: 0 };
      const counts = tally[module.project.name];
      if (module.errors().length > 0) counts.failed += 1;
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) counts.failed += 1;
      }
      for (const test of module.children.allTests()) counts[outcome(test)] += 1;
    }
    writeFileSync(process.env.SLIMMER_TEST_TALLY, JSON.stringify(tally));
  }
}

/** A test that never came to an end (its worker died) has failed. */
function outcome(test) {
  const { state } = test.result();
  return state === "pending" ? "failed" : state;
}
