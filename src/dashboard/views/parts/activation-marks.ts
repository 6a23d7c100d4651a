import type { Activation } from "../../api/types.ts";

export type ActivationMark = { shape: string; word: string; meaning: string };

/** What is unusual about an activation; a shape and a word each. */
export function marksOf(
  activation: Pick<Activation, "late" | "unregistered" | "clock_suspect">,
): ActivationMark[] {
  const marks: ActivationMark[] = [];
  if (activation.late) {
    marks.push({
      shape: "◇",
      word: "late",
      meaning: "arrived more than a minute after it happened",
    });
  }
  if (activation.unregistered) {
    marks.push({ shape: "△", word: "not listed", meaning: "its run did not list the sensor" });
  }
  if (activation.clock_suspect) {
    marks.push({
      shape: "⏱",
      word: "clock",
      meaning: "the device's clock was wrong: shown when it arrived",
    });
  }
  return marks;
}
