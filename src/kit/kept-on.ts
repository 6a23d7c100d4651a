/**
 * Makes something of an object once, and keeps it on the object, with which it goes. A WeakMap would do the same, but one
 * of thousands of short-lived keys is looked through by each collection of young garbage.
 */
export function keptOn<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const place = Symbol("kept");
  return (key) => {
    const holder = key as { [place]?: Value };
    let value = holder[place];
    if (value === undefined) {
      value = make(key);
      holder[place] = value;
    }
    return value;
  };
}
