// Takes a kind of lock away, to see that something notices.
import type { Lock } from "persist-archive";
import { LockFile } from "#dist/disk/lock-file.js";

/**
 * From here on, what asks for such a lock gets one that holds nothing. Gives what puts things right again.
 * @param name how the names of its bytes begin (lib/disk/lock-bytes.ts): write, journal, session, item
 */
export function removeLock(name: string): () => void {
  const fake: Lock = { release() {}, [Symbol.dispose]() {} };
  const { lock, tryLock } = LockFile.prototype;
  LockFile.prototype.lock = async function (byte, mode, options) {
    return byte.name.startsWith(name) ? fake : lock.call(this, byte, mode, options);
  };
  LockFile.prototype.tryLock = function (byte, mode) {
    return byte.name.startsWith(name) ? fake : tryLock.call(this, byte, mode);
  };
  return () => Object.assign(LockFile.prototype, { lock, tryLock });
}
