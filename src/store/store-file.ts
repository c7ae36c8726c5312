/** What tells a database file of ours from others. */
import { open } from 'node:fs/promises';

/** Marks the files as ours: "KAA" and a zero byte. */
export const applicationId = 0x4b_41_41_00;

/** SQLite file format, 1.3: where the application ID stands. */
const applicationIdOffset = 68;

/** Whether a file says that it is a store of ours; nothing is changed by looking. */
export async function isStoreFile(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(100), 0, 100, 0);
    return bytesRead === 100 && buffer.readUInt32BE(applicationIdOffset) === applicationId;
  } finally {
    await file.close();
  }
}
