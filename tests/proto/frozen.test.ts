import { packageDefinition } from "slimmer-grpc";
import { expect, test } from "vitest";

/** The contract of 2018, as it stands for ever: message → [number, name, type or label] of each field. */
const FIELDS_OF_2018 = {
  Ping: [[1, "message", "TYPE_STRING"]],
  Pong: [[1, "message", "TYPE_STRING"]],
  SystemRun: [
    [1, "system_id", "TYPE_STRING"],
    [2, "entities", "LABEL_REPEATED"],
  ],
  SystemEntity: [
    [1, "category", "TYPE_STRING"],
    [2, "name", "TYPE_STRING"],
    [3, "identity", "TYPE_STRING"],
  ],
  SystemRunResponse: [[1, "run_id", "TYPE_STRING"]],
  Activation: [
    [1, "system_id", "TYPE_STRING"],
    [2, "run_id", "TYPE_STRING"],
    [3, "entity", "TYPE_MESSAGE"],
  ],
  ActivationResponse: [[1, "success", "TYPE_BOOL"]],
} as const;

const METHODS_OF_2018 = {
  ping: ["/slimmer_grpc.Main/ping", "Ping", "Pong"],
  new_system_run: ["/slimmer_grpc.Main/new_system_run", "SystemRun", "SystemRunResponse"],
  new_activation: ["/slimmer_grpc.Main/new_activation", "Activation", "ActivationResponse"],
} as const;

type Field = { number: number; name: string; type: string; label: string };
type MessageEntry = { type: { field: Field[] } };
type Method = {
  path: string;
  requestType: { type: { name: string } };
  responseType: { type: { name: string } };
};

test.each(Object.entries(FIELDS_OF_2018))("%s has its fields of 2018", (message, frozen) => {
  const { field } = (packageDefinition[`slimmer_grpc.${message}`] as unknown as MessageEntry).type;
  for (const [number, name, what] of frozen) {
    const found = field.find((candidate) => candidate.number === number);
    expect(found?.name).toBe(name);
    expect([found?.type, found?.label]).toContain(what);
  }
});

test.each(Object.entries(METHODS_OF_2018))(
  "%s has its path and its types of 2018",
  (method, frozen) => {
    const service = packageDefinition["slimmer_grpc.Main"] as unknown as Record<string, Method>;
    const { path, requestType, responseType } = service[method] as Method;
    expect([path, requestType.type.name, responseType.type.name]).toEqual(frozen);
  },
);
