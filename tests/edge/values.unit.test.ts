import { describe, expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { EDGE_KEYS } from "../../src/config/settings.ts";
import { EdgeError } from "../../src/edge/edge-error.ts";
import { edgeBootstrap } from "../../src/edge/render.ts";
import { edgeValues } from "../../src/edge/values.ts";

const valuesFor = (env: Record<string, string> = {}) => edgeValues(loadSettings(EDGE_KEYS, env));

function complaint(env: Record<string, string>): string[] {
  try {
    valuesFor(env);
  } catch (error) {
    expect(error).toBeInstanceOf(EdgeError);
    return (error as Error).message.split("\n");
  }
  throw new Error("the settings were taken");
}

describe("settings that contradict each other", () => {
  test("are refused all at once", () => {
    expect(
      complaint({
        SLIMMER_EDGE_GRPC_HOSTS: "a.example,b.example,c.example",
        SLIMMER_EDGE_WEB_HOSTS: "b.example",
        SLIMMER_EDGE_DEVICE_HOSTS: "devices.example,c.example",
        SLIMMER_EDGE_ADMIN_LISTEN: "0.0.0.0:9901",
      }),
    ).toEqual([
      "b.example, c.example: a name belongs to one of SLIMMER_EDGE_GRPC_HOSTS, SLIMMER_EDGE_WEB_HOSTS and SLIMMER_EDGE_DEVICE_HOSTS",
      expect.stringContaining("SLIMMER_EDGE_DEVICE_HOSTS needs SLIMMER_EDGE_DEVICE_CA_FILE"),
      "SLIMMER_EDGE_ADMIN_LISTEN=0.0.0.0:9901: the admin interface may listen on 127.0.0.1 or ::1 only",
    ]);
  });

  test.each(["127.0.0.1:9901", "127.0.0.2:1", "[::1]:9901"])(
    "the admin interface may listen on %s",
    (address) => {
      expect(() => valuesFor({ SLIMMER_EDGE_ADMIN_LISTEN: address })).not.toThrow();
    },
  );

  test.each(["10.0.0.1:9901", "[::]:9901", "localhost.example:9901", "127.example:9901"])(
    "and not on %s",
    (address) => {
      expect(complaint({ SLIMMER_EDGE_ADMIN_LISTEN: address })).toHaveLength(1);
    },
  );
});

test("a limit of 0 is none, and others fill up in steps", () => {
  expect(
    valuesFor({
      SLIMMER_EDGE_REQUESTS_PER_SECOND: "0",
      SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: "1000",
    }),
  ).toMatchObject({
    requestsPerSecond: undefined,
    connectionRequestsPerSecond: {
      max_tokens: 1_000,
      tokens_per_fill: 100,
      fill_interval: "0.1s",
    },
  });
  expect(valuesFor({ SLIMMER_EDGE_REQUESTS_PER_SECOND: "3" }).requestsPerSecond).toEqual({
    max_tokens: 3,
    tokens_per_fill: 3,
    fill_interval: "1s",
  });
});

test("origins are taken literally, but for *", () => {
  const origins = "https://panel.example,*";
  expect(valuesFor({ SLIMMER_EDGE_CORS_ORIGINS: origins }).corsOrigins).toEqual([
    { exact: "https://panel.example" },
    { safe_regex: { regex: ".*" } },
  ]);
});

test("a page is foreign unless its origin is named, and none is where any may call", () => {
  const foreign = (origins: string) =>
    valuesFor({ SLIMMER_EDGE_CORS_ORIGINS: origins }).foreignOrigin;
  const present = { name: "origin", present_match: true };
  const other = (exact: string) => ({
    name: "origin",
    string_match: { exact },
    invert_match: true,
  });
  expect(foreign("")).toEqual([present]);
  expect(foreign("https://a.example,https://b.example")).toEqual([
    present,
    other("https://a.example"),
    other("https://b.example"),
  ]);
  expect(foreign("https://a.example,*")).toBeUndefined();
});

test("the bootstrap says nothing of what is not there", async () => {
  const without = await edgeBootstrap(
    loadSettings(EDGE_KEYS, {
      SLIMMER_EDGE_REQUESTS_PER_SECOND: "0",
      SLIMMER_EDGE_CONNECTION_REQUESTS_PER_SECOND: "0",
      SLIMMER_EDGE_ACCESS_LOG: "none",
      SLIMMER_EDGE_REFLECTION: "false",
    }),
  );
  for (const word of [
    "local_ratelimit",
    "access_loggers",
    "grpc.reflection",
    "device",
    "!",
    "x-",
  ]) {
    if (word === "x-") expect(without).not.toMatch(/^x-/m);
    else expect(without).not.toContain(word);
  }
  const full = await edgeBootstrap(
    loadSettings(EDGE_KEYS, {
      SLIMMER_EDGE_DEVICE_HOSTS: "devices.example",
      SLIMMER_EDGE_DEVICE_CA_FILE: "/etc/devices/ca.crt",
      SLIMMER_EDGE_WEB: "web:8080",
    }),
  );
  for (const word of ["local_ratelimit", "access_loggers", "grpc.reflection", "devices.example"]) {
    expect(full).toContain(word);
  }
});
