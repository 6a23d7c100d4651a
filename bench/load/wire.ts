import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/**
 * As much of HTTP/2 and gRPC as a load generator needs, straight on a socket. grpc-js spends more on a call than the
 * server that answers it: on a small machine one would measure the client. What is left out: deadlines, and the reading
 * of headers; a call that ends without a message was refused.
 */
export type Wire = {
  open(path: string, listener: WireListener): WireCall;
  close(): void;
};

/** Where a wire leads; with `tls` over TLS, to the host of that name, whose certificate this authority (PEM) has signed. */
export type WireTarget = {
  address: string;
  tls?: { ca: string; name: string };
};

export type WireListener = { message(bytes: Buffer): void; end(): void };

export type WireCall = {
  /** Sends a message, as far as the windows allow at once and the rest later. */
  send(message: Buffer, isLast: boolean): void;
  /** Half-closes without a message. */
  finish(): void;
};

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const SETTING = { headerTableSize: 1, initialWindowSize: 4, maxFrameSize: 5 } as const;
const DEFAULT_WINDOW = 65_535;
const MAX_WINDOW = 2 ** 31 - 1;
const OUR_STREAM_WINDOW = 16 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

type Call = {
  readonly id: number;
  readonly listener: WireListener;
  /** What the server's window has kept back. */
  readonly queue: { bytes: Buffer; isLast: boolean }[];
  window: number;
  /** The begin of a message that is not complete. */
  rest: Buffer;
};

/** `onLost` is called when the connection ends before `close`. */
export function openWire(target: WireTarget, onLost: (problem: string) => void): Promise<Wire> {
  const calls = new Map<number, Call>();
  const blocked = new Set<Call>();
  let nextId = 1;
  let window = DEFAULT_WINDOW;
  let initialWindow = DEFAULT_WINDOW;
  let maxFrame = 16_384;
  let unread: Buffer = EMPTY;
  let isClosed = false;
  let isCorked = false;

  const socket = openSocket(target);
  socket.on("data", read);
  socket.on("error", (error) => lose(error.message));
  socket.on("close", () => lose("the server closed the connection"));

  function lose(problem: string): void {
    if (!isClosed) onLost(problem);
    isClosed = true;
    socket.destroy();
  }

  /** Everything that is written in one turn of the event loop leaves together. */
  function write(bytes: Buffer): void {
    if (!isCorked) {
      isCorked = true;
      socket.cork();
      setImmediate(() => {
        isCorked = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
  }

  function read(chunk: Buffer): void {
    const bytes = unread.length > 0 ? Buffer.concat([unread, chunk]) : chunk;
    let place = 0;
    while (bytes.length - place >= 9) {
      const length = bytes.readUIntBE(place, 3);
      if (bytes.length - place < 9 + length) break;
      const payload = bytes.subarray(place + 9, place + 9 + length);
      const id = bytes.readUInt32BE(place + 5) & MAX_WINDOW;
      receive(bytes[place + 3] as number, bytes[place + 4] as number, id, payload);
      place += 9 + length;
    }
    unread = place < bytes.length ? bytes.subarray(place) : EMPTY;
  }

  function receive(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case TYPE.data:
        readMessages(calls.get(id), payload);
        if (flags & END_STREAM) end(id);
        return;
      case TYPE.headers:
        if (flags & END_STREAM) end(id);
        return;
      case TYPE.reset:
        end(id);
        return;
      case TYPE.settings:
        if (!(flags & ACK)) applySettings(payload);
        return;
      case TYPE.ping:
        if (!(flags & ACK)) write(frame(TYPE.ping, ACK, 0, payload));
        return;
      case TYPE.windowUpdate:
        widen(id, payload.readUInt32BE(0));
        return;
      case TYPE.goAway:
        lose("the server sent GOAWAY");
    }
  }

  function end(id: number): void {
    const call = calls.get(id);
    if (!call) return;
    calls.delete(id);
    blocked.delete(call);
    call.listener.end();
  }

  function applySettings(payload: Buffer): void {
    for (let place = 0; place + 6 <= payload.length; place += 6) {
      const name = payload.readUInt16BE(place);
      const value = payload.readUInt32BE(place + 2);
      if (name === SETTING.maxFrameSize) maxFrame = value;
      if (name !== SETTING.initialWindowSize) continue;
      for (const call of calls.values()) call.window += value - initialWindow;
      initialWindow = value;
    }
    write(frame(TYPE.settings, ACK, 0, EMPTY));
    for (const call of blocked) pump(call);
  }

  function widen(id: number, bytes: number): void {
    if (id === 0) window += bytes;
    else {
      const call = calls.get(id);
      if (call) call.window += bytes;
    }
    for (const call of blocked) pump(call);
  }

  function pump(call: Call): void {
    for (let next = call.queue[0]; next; next = call.queue[0]) {
      const room = Math.min(window, call.window, maxFrame);
      if (room <= 0 && next.bytes.length > 0) {
        blocked.add(call);
        return;
      }
      const part = next.bytes.subarray(0, room);
      const isWhole = part.length === next.bytes.length;
      write(frame(TYPE.data, isWhole && next.isLast ? END_STREAM : 0, call.id, part));
      window -= part.length;
      call.window -= part.length;
      if (isWhole) call.queue.shift();
      else next.bytes = next.bytes.subarray(part.length);
    }
    blocked.delete(call);
  }

  function open(path: string, listener: WireListener): WireCall {
    const call: Call = { id: nextId, listener, queue: [], window: initialWindow, rest: EMPTY };
    nextId += 2;
    calls.set(call.id, call);
    write(frame(TYPE.headers, END_HEADERS, call.id, headersFor(path, target)));
    return {
      send(message, isLast) {
        call.queue.push({ bytes: withPrefix(message), isLast });
        pump(call);
      },
      finish() {
        call.queue.push({ bytes: EMPTY, isLast: true });
        pump(call);
      },
    };
  }

  write(Buffer.from(PREFACE, "latin1"));
  write(
    settings([
      [SETTING.headerTableSize, 0],
      [SETTING.initialWindowSize, OUR_STREAM_WINDOW],
    ]),
  );
  write(frame(TYPE.windowUpdate, 0, 0, uint32(MAX_WINDOW - DEFAULT_WINDOW)));
  return new Promise((resolve) => {
    socket.once(target.tls ? "secureConnect" : "connect", () =>
      resolve({
        open,
        close() {
          isClosed = true;
          socket.destroy();
        },
      }),
    );
  });
}

function openSocket({ address, tls }: WireTarget): Socket {
  const [host = "127.0.0.1", port] = address.split(":");
  const peer = { host, port: Number(port) };
  if (!tls) return connect({ ...peer, noDelay: true });
  const socket = connectTls({ ...peer, ca: tls.ca, servername: tls.name, ALPNProtocols: ["h2"] });
  return socket.setNoDelay(true);
}

function readMessages(call: Call | undefined, payload: Buffer): void {
  if (!call) return;
  const bytes = call.rest.length > 0 ? Buffer.concat([call.rest, payload]) : payload;
  let place = 0;
  while (bytes.length - place >= 5) {
    const length = bytes.readUInt32BE(place + 1);
    if (bytes.length - place < 5 + length) break;
    call.listener.message(bytes.subarray(place + 5, place + 5 + length));
    place += 5 + length;
  }
  call.rest = place < bytes.length ? bytes.subarray(place) : EMPTY;
}

function frame(type: number, flags: number, id: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(id, 5);
  payload.copy(bytes, 9);
  return bytes;
}

function settings(pairs: readonly (readonly [name: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(6 * pairs.length);
  pairs.forEach(([name, value], index) => {
    payload.writeUInt16BE(name, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  });
  return frame(TYPE.settings, 0, 0, payload);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** gRPC's prefix: not compressed, and the length. */
function withPrefix(message: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(5 + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  message.copy(bytes, 5);
  return bytes;
}

const headerBlocks = new Map<string, Buffer>();

/** A header block in HPACK's plainest form: literals that no table remembers (RFC 7541, 6.2.2). */
function headersFor(path: string, { address, tls }: WireTarget): Buffer {
  const authority = tls?.name ?? address;
  const key = `${authority}${path}`;
  let block = headerBlocks.get(key);
  if (!block) {
    const text = (value: string) => [Buffer.from([value.length]), Buffer.from(value, "latin1")];
    block = Buffer.concat([
      Buffer.from([0x83, tls ? 0x87 : 0x86]), // :method POST, :scheme https or http
      Buffer.from([0x04]),
      ...text(path),
      Buffer.from([0x01]),
      ...text(authority),
      Buffer.from([0x0f, 0x10]), // content-type, 31 in the static table
      ...text("application/grpc"),
      Buffer.from([0x00]),
      ...text("te"),
      ...text("trailers"),
    ]);
    headerBlocks.set(key, block);
  }
  return block;
}
