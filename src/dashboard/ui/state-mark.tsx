import { serverNow } from "../api/clock.ts";
import type { RunState, SystemState } from "../api/types.ts";
import { type Bearer, type Look, runLook, systemLook } from "./state-words.ts";

/** ● up, ◐ late, ○ down, ◌ stopped, ◔ quiet. Without the word, screen readers still hear it. */
export function StateMark({ state, word = true }: { state: SystemState; word?: boolean }) {
  return <Mark look={systemLook(state)} word={word} />;
}

/** ◌ ended, ✕ lost; the current run looks as its system does: ● running, ○ silent since 15:50. */
export function RunMark({ state, system }: { state: RunState; system: Bearer | undefined }) {
  return <Mark look={runLook(state, system, serverNow())} word />;
}

function Mark({ look, word }: { look: Look; word: boolean }) {
  return (
    <span class={`mark ${look.tone}`} data-tip={look.meaning || undefined}>
      <span class="shape" aria-hidden="true">
        {look.shape}
      </span>
      <span class={word ? "word" : "sr"}>{look.word}</span>
    </span>
  );
}
