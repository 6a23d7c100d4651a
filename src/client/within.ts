import { ClientError } from "./errors.ts";

/** Settles as `work` does, or rejects with TIMEOUT once `ms` milliseconds have passed. */
export async function within<T>(ms: number, sentence: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ClientError("TIMEOUT", sentence)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
