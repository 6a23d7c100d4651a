import type { ActivationBatch } from "slimmer-grpc";
import type { Copy } from "./plan.ts";

/** Where all items are of one run, the batch names it and the items leave it out, as the contract allows. */
export function toBatch(copies: readonly Copy[], batchNo = 0): ActivationBatch {
  const { system_id, run_id } = (copies[0] as Copy).item.activation;
  const activations = copies.map(({ item }) => item.activation);
  if (activations.some((activation) => activation.run_id !== run_id)) {
    return { activations, batch_no: batchNo };
  }
  return {
    system_id,
    run_id,
    batch_no: batchNo,
    activations: activations.map((activation) => ({ ...activation, system_id: "", run_id: "" })),
  };
}
