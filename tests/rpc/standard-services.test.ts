import {
  credentials,
  loadPackageDefinition,
  makeClientConstructor,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { service as healthService } from "grpc-health-check";
import { describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { useServer } from "../support/serving.ts";

const server = useServer();

type Check = (
  request: object,
  callback: (error: ServiceError | null, answer: { status: string }) => void,
) => void;

describe("grpc.health.v1", () => {
  test.each(["", "slimmer_grpc.Main", "slimmer_grpc.Reader", "readiness"])(
    "says that %j serves",
    async (service) => {
      const Health = makeClientConstructor(healthService as never, "Health");
      const client = new Health(server().address, credentials.createInsecure());
      try {
        await eventually(async () => {
          const { status } = await new Promise<{ status: string }>((resolve, reject) => {
            (client.check as unknown as Check).call(client, { service }, (error, answer) =>
              error ? reject(error) : resolve(answer),
            );
          });
          expect(status).toBe("SERVING");
        });
      } finally {
        client.close();
      }
    },
  );
});

test("server reflection lists the service and knows its file", async () => {
  const protoPath = new URL(
    "../../node_modules/@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto",
    import.meta.url,
  ).pathname;
  const loaded = loadPackageDefinition(loadSync(protoPath, { keepCase: true })) as unknown as {
    grpc: { reflection: { v1: { ServerReflection: ServiceClientConstructor } } };
  };
  const client = new loaded.grpc.reflection.v1.ServerReflection(
    server().address,
    credentials.createInsecure(),
  );
  try {
    const stream = (
      client.ServerReflectionInfo as never as () => import("@grpc/grpc-js").ClientDuplexStream<
        object,
        object
      >
    ).call(client);
    const answers: object[] = [];
    stream.on("data", (answer: object) => answers.push(answer));
    stream.on("error", () => {});
    stream.write({ list_services: "*" });
    stream.write({ file_containing_symbol: "slimmer_grpc.Activation" });
    await eventually(() => expect(answers).toHaveLength(2));
    stream.end();
    expect(answers[0]).toMatchObject({
      list_services_response: { service: expect.arrayContaining([{ name: "slimmer_grpc.Main" }]) },
    });
    expect(answers[1]).toHaveProperty("file_descriptor_response");
  } finally {
    client.close();
  }
});

describe("the ops port", () => {
  const get = async (path: string) => {
    const response = await fetch(`http://${server().ops}${path}`);
    return { status: response.status, text: await response.text() };
  };

  test("counts calls under the names of go-grpc-prometheus", async () => {
    await server().call.ping({ message: "count me" });
    const { text } = await get("/metrics");
    expect(text).toMatch(
      /grpc_server_handled_total\{grpc_type="unary",grpc_service="slimmer_grpc.Main",grpc_method="ping",grpc_code="OK"\} [1-9]/,
    );
    expect(text).toMatch(/slimmer_store_writers_connected 2/);
  });

  test("never names a system", async () => {
    await server().call.run({ system_id: "secret-bunker", entities: [] });
    expect((await get("/metrics")).text).not.toContain("secret-bunker");
  });

  test("is alive and ready, and has nothing else", async () => {
    expect(await get("/livez")).toEqual({ status: 200, text: "ok\n" });
    await eventually(async () =>
      expect(await get("/readyz")).toEqual({ status: 200, text: "ok\n" }),
    );
    expect((await get("/")).status).toBe(404);
  });
});
