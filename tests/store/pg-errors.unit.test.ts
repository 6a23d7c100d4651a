import { expect, test } from "vitest";
import { SlimmerError } from "../../src/domain/errors.ts";
import { TimeoutError } from "../../src/kit/within.ts";
import { classifyPgError, isNotUp, toStoreError } from "../../src/store/pg-errors.ts";

const withCode = (code: string, message = "") => Object.assign(new Error(message), { code });

test.each([
  ["the server is shutting down", withCode("57P01"), "away"],
  ["the server crashed", withCode("57P02"), "away"],
  ["the server is starting", withCode("57P03"), "away"],
  ["the statement took too long", withCode("57014"), "away"],
  ["the connection broke", withCode("08006"), "away"],
  ["there are too many connections", withCode("53300"), "away"],
  ["the server is out of memory", withCode("53200"), "away"],
  ["the disk of the server fails", withCode("58030"), "away"],
  ["the server is a read-only replica now", withCode("25006"), "away"],
  ["the session idled in its transaction for too long", withCode("25P03"), "away"],
  ["a lock was not free in time", withCode("55P03"), "away"],
  ["the password is wrong", withCode("28P01"), "away"],
  ["the database does not exist", withCode("3D000"), "away"],
  ["nobody listens", withCode("ECONNREFUSED"), "away"],
  ["the connection was reset", withCode("ECONNRESET"), "away"],
  ["the name can't be resolved", withCode("EAI_AGAIN"), "away"],
  ["nobody listens on any address of a name", aggregate("ECONNREFUSED"), "away"],
  ["the connection ended", new Error("Connection terminated unexpectedly"), "away"],
  ["the statement got no answer", new Error("Query read timeout"), "away"],
  ["no connection was made in time", new Error("timeout expired"), "away"],
  ["the pool gave none", new Error("timeout exceeded when trying to connect"), "away"],
  [
    "the client is broken",
    new Error("Client has encountered a connection error and is not queryable"),
    "away",
  ],
  ["the client was closed", new Error("Client was closed and is not queryable"), "away"],
  ["a bounded wait was too long", new TimeoutError("it took longer than 5 ms"), "away"],
  ["the disk is full", withCode("53100"), "full"],
  ["two transactions waited for each other", withCode("40P01"), "conflict"],
  ["two transactions can't be put in order", withCode("40001"), "conflict"],
  [
    "a row has no partition",
    withCode("23514", 'no partition of relation "activations" found for row'),
    "no-partition",
  ],
  ["a row breaks a check", withCode("23514", "violates check constraint"), "defect"],
  ["a row is there already", withCode("23505"), "duplicate"],
  ["a value is no JSON", withCode("22P02"), "defect"],
  ["a column does not exist", withCode("42703"), "defect"],
  ["something else went wrong", new TypeError("x is not a function"), "defect"],
  ["a file of ours is missing", withCode("ENOENT"), "defect"],
  ["what was thrown is no error", "a string", "defect"],
])("%s", (_what, error, failure) => {
  expect(classifyPgError(error)).toBe(failure);
});

/** What Node throws when every address of a name was tried. */
function aggregate(code: string): Error {
  return Object.assign(new AggregateError([withCode(code), withCode(code)]), { code });
}

test.each([
  ["nobody listens", withCode("ECONNREFUSED"), true],
  ["nobody listens on any address of a name", aggregate("ECONNREFUSED"), true],
  ["the name is not known yet", withCode("ENOTFOUND"), true],
  ["there is no way there", withCode("EHOSTUNREACH"), true],
  ["the server is starting", withCode("57P03"), true],
  ["the connection ended", new Error("Connection terminated unexpectedly"), true],
  ["no connection was made in time", new Error("timeout expired"), true],
  ["the password is wrong", withCode("28P01"), false],
  ["the user may not come in", withCode("28000"), false],
  ["the database does not exist", withCode("3D000"), false],
  ["the server has no TLS", new Error("The server does not support SSL connections"), false],
  ["the certificate is wrong", withCode("SELF_SIGNED_CERT_IN_CHAIN"), false],
])("whether to wait for a server where %s", (_what, error, helps) => {
  expect(isNotUp(error)).toBe(helps);
});

test.each([
  [withCode("57P01"), "STORE_AWAY", true],
  [withCode("23514", "no partition of relation"), "STORE_AWAY", true],
  [withCode("53100"), "STORE_FULL", true],
  [withCode("40P01"), "STORE_BUSY", true],
  [withCode("42703"), "INTERNAL", false],
])("%s becomes %s, with its cause, and without its words", (cause, reason, hasRetry) => {
  cause.message += " the secret words of PostgreSQL";
  const error = toStoreError(cause);
  expect(error).toMatchObject({ reason, cause });
  expect(error.retryAfterMs !== undefined).toBe(hasRetry);
  expect(error.message).not.toContain("secret");
});

test("a refusal of our own passes unchanged", () => {
  const refusal = new SlimmerError("RUN_UNKNOWN", "no such run");
  expect(toStoreError(refusal)).toBe(refusal);
});
