import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import pg from "pg";
import { type ActivationOutput, type ActivationResponse, MainService } from "slimmer-grpc";
import type { BenchSystem } from "../systems.ts";
import { sensorOf } from "../systems.ts";

/**
 * What a gRPC server over PostgreSQL usually looks like: each call takes a connection from a pool and inserts its row. It
 * is spared everything but that: runs and sensors are numbered in advance, nothing is checked, counted or folded.
 */

export type InsertPerCallSetup = {
  url: string;
  poolSize: number;
  systems: readonly BenchSystem[];
};

const INSERT = `
  insert into reference_activations
    (system_no, seq, occurred_at, received_at, run_no, entity_no, flags, activation_id)
  values ($1, $2, $3, $4, $5, $6, 0, $7)
  on conflict (system_no, activation_id) do nothing`;

async function start({ url, poolSize, systems }: InsertPerCallSetup): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, min: poolSize });
  const bySystemId = new Map(systems.map((system) => [system.systemId, system]));
  const sensors = Math.max(...systems.map((system) => system.sensors));
  const entityNos = new Map(
    Array.from({ length: sensors }, (_, number) => [sensorOf(number).identity, number + 1]),
  );

  async function insert(activation: ActivationOutput): Promise<ActivationResponse> {
    const system = bySystemId.get(activation.system_id) as BenchSystem;
    const at = new Date();
    await pool.query({
      name: "insert",
      text: INSERT,
      values: [
        system.systemNo,
        activation.seq,
        at,
        at,
        system.runNo,
        entityNos.get(activation.entity?.identity ?? ""),
        activation.activation_id,
      ],
    });
    return { success: true, activation_id: activation.activation_id };
  }

  const server = new Server({ "grpc.enable_channelz": 0 });
  server.addService(MainService, {
    new_activation(
      call: ServerUnaryCall<ActivationOutput, ActivationResponse>,
      callback: sendUnaryData<ActivationResponse>,
    ) {
      insert(call.request).then((response) => callback(null, response), callback);
    },
  });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

process.once("message", (setup: InsertPerCallSetup) => {
  start(setup).then(
    (port) => process.send?.({ port }),
    (error: Error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(0));
