import type { RunState, SystemState } from "../api/types.ts";
import { type Look, runLook, systemLook } from "./state-words.ts";

/** ● up, ◐ late, ○ down, ◌ stopped, ◔ quiet. Without the word, screen readers still hear it. */
export function StateMark({ state, word = true }: { state: SystemState; word?: boolean }) {
  return <Mark look={systemLook(state)} word={word} />;
}

/** ● running, ◌ ended, ✕ lost. */
export function RunMark({ state, word = true }: { state: RunState; word?: boolean }) {
  return <Mark look={runLook(state)} word={word} />;
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
