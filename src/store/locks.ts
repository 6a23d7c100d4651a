/** Our advisory locks: the first key is "slim" in ASCII, so that no other program's locks meet them. */
export const LOCK_SPACE = 0x736c696d;
export const LOCKS = { migrate: 1, keeper: 2, folder: 3 } as const;
