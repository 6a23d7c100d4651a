import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { probeTiers, TIERS, type Tier } from "./tests/support/tiers.mjs";

/** `npm test` has asked the machine already, and says what it found; a bare `npx vitest` asks here. */
async function runnableTiers(): Promise<readonly Tier[]> {
  const found = process.env.SLIMMER_TEST_TIERS?.split(",");
  if (found) return TIERS.filter((tier) => found.includes(tier.name));
  return (await probeTiers(process.env)).filter((tier) => tier.reason === undefined);
}

const KINDS = {
  unit: { sequence: { groupOrder: 0 } },
  database: {
    globalSetup: ["tests/support/database-tier.ts"],
    sequence: { groupOrder: 1 },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
  machine: {
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
};

function project({ name, kind, folders }: Tier, index: number) {
  // Each tier that needs the machine for itself comes on its own.
  const order = kind === "machine" ? { sequence: { groupOrder: 2 + index } } : {};
  const include = folders.map((folder) => `tests/${folder}/**/*.test.ts`);
  const files =
    kind === "unit"
      ? { include: [...include, "tests/**/*.unit.test.ts"] }
      : { include, exclude: ["**/*.unit.test.ts"] };
  return { extends: true as const, test: { name, ...files, ...KINDS[kind], ...order } };
}

export default defineConfig({
  test: {
    // The tests of a database wait more than they compute: two at a time, even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    teardownTimeout: 30_000,
    projects: (await runnableTiers()).map(project),
  },
});
