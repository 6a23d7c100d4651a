import { useEffect, useRef } from "preact/hooks";
import { extraKeys, KEYS, keyListOpen } from "./keys.ts";

/** What the keys do. */
export function KeyList() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = keyListOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = () => {
    keyListOpen.value = false;
  };
  const extra = [...extraKeys.value].map(
    ([key, { words }]) => [key === " " ? "Space" : key, words] as const,
  );
  return (
    <dialog ref={dialog} class="keys" aria-labelledby="keys-title" onClose={close}>
      <h2 id="keys-title">Keys</h2>
      <dl>
        {[...KEYS, ...extra].map(([key, words]) => (
          <div key={key}>
            <dt>
              {key.split(/\s+/).map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" onClick={close}>
        close
      </button>
    </dialog>
  );
}
