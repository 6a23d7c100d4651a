import { expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { UP_KEYS } from "../../src/config/settings.ts";
import { childEnv } from "../../src/processes/child-env.ts";
import { namesOutsideDatabase } from "../../src/processes/outside-database.ts";

const ENV = { PATH: "/bin", SLIMMER_RETENTION: "30d" };

test("the children of up get its environment as it is", () => {
  expect(childEnv(loadSettings(UP_KEYS, ENV), ENV)).toEqual(ENV);
});

test("the children of up get what its flags changed, in words that they read the same way", () => {
  const flags = {
    SLIMMER_GRPC_LISTEN: "[::1]:6000",
    SLIMMER_RETENTION: "2d",
    SLIMMER_REFLECTION: "false",
    SLIMMER_FLUSH_MAX_ROWS: "10",
    SLIMMER_DATABASE_NAME: "other",
  };
  const settings = loadSettings(UP_KEYS, ENV, flags);
  expect(loadSettings(UP_KEYS, childEnv(settings, ENV))).toEqual(settings);
});

test.each([
  { SLIMMER_DATABASE_URL: "postgres://there" },
  { SLIMMER_DATABASE_HOST: "127.0.0.1" },
  { SLIMMER_DATABASE_PASSWORD: "secret" },
])("up uses the database of %o", (env) => {
  expect(namesOutsideDatabase(loadSettings(UP_KEYS, env), env)).toBe(true);
});

test("up runs a database of its own when the settings name none", () => {
  expect(namesOutsideDatabase(loadSettings(UP_KEYS, ENV), ENV)).toBe(false);
});
