import { useEffect, useState } from "preact/hooks";
import { announce } from "../shell/announce.ts";

type Props = { text: string | (() => string | Promise<string>); label: string; class?: string };

/** Copies a text, and says that it did. */
export function CopyButton({ text, label, class: name = "button" }: Props) {
  const [done, setDone] = useState<"copied" | "not copied">();
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(undefined), 1_600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = async () => {
    const outcome = (await copyText(typeof text === "string" ? text : text()))
      ? "copied"
      : "not copied";
    setDone(outcome);
    announce(outcome);
  };
  return (
    <button type="button" class={name} onClick={copy}>
      {done ?? label}
    </button>
  );
}

/** The clipboard API is there only over HTTPS and on localhost; a hidden field works everywhere. */
async function copyText(text: string | Promise<string>): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await write(text);
      return true;
    }
  } catch {
    // Refused: the old way may still work.
  }
  try {
    return copyByField(await text);
  } catch {
    return false; // There is no text: it could not be loaded.
  }
}

/** A text that comes later is promised within the click: afterwards a browser would no longer allow it. */
async function write(text: string | Promise<string>): Promise<void> {
  if (typeof text === "string") return navigator.clipboard.writeText(text);
  const plain = text.then((words) => new Blob([words], { type: "text/plain" }));
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })]);
}

function copyByField(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
