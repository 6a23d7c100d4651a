export type Loop = { stop(): Promise<void>; wake(): void };

/**
 * Runs `work` again and again, one at a time, waiting for as many milliseconds as the last run asked. `wake` cuts a
 * wait short. A run that throws goes to `onError`, which says how long to rest. `stop` waits for the run under way.
 */
export function startLoop(work: () => Promise<number>, onError: (error: unknown) => number): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let wakened = false;
  let stopped = false;

  async function run(): Promise<void> {
    wakened = false;
    let restMs: number;
    try {
      restMs = await work();
    } catch (error) {
      restMs = onError(error);
    }
    running = undefined;
    if (!stopped) timer = setTimeout(begin, wakened ? 0 : restMs);
  }

  function begin(): void {
    timer = undefined;
    running = run();
  }

  begin();
  return {
    wake() {
      wakened = true;
      if (!timer || stopped) return;
      clearTimeout(timer);
      begin();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      timer = undefined;
      await running;
    },
  };
}
