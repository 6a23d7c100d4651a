export { Chips, Choice } from "./chips.tsx";
export { CopyButton } from "./copy-button.tsx";
export { ageWords, durationWords, lagWords, relativeWords, roughly } from "./duration-words.ts";
export { Empty } from "./empty.tsx";
export { ErrorBox } from "./error-box.tsx";
export { memo } from "./memo.ts";
export { bytesWords, countWords, plural, rateWords, shortCount } from "./number-words.ts";
export { Skeleton } from "./skeleton.tsx";
export { Sparkline } from "./sparkline.tsx";
export { RunMark, StateMark } from "./state-mark.tsx";
export { runLook, SYSTEM_STATES, systemLook } from "./state-words.ts";
export { type Column, Table } from "./table.tsx";
export { Time } from "./time.tsx";
export {
  absoluteWords,
  clockWords,
  dateWords,
  dayWords,
  minuteWords,
  momentWords,
} from "./time-words.ts";
export { Tooltip } from "./tooltip.tsx";
