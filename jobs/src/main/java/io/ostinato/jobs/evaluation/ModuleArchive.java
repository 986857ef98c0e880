package io.ostinato.jobs.evaluation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A TorchScript module as the zip archive that it is: what is wrong with one is found out here, on
 * the driver, before executors would fail with an error of the native engine.
 */
record ModuleArchive(byte[] content) {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int MOST_COMMENT_BYTES = 0xFFFF;

  /** Why this is no module, if it is none. */
  Optional<String> mistake() {
    ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (content.length < Integer.BYTES || bytes.getInt(0) != LOCAL_HEADER) {
      return Optional.of("it is no TorchScript module, which is a zip archive");
    }
    int end = end(bytes);
    if (end < 0) {
      return Optional.of(
          "the TorchScript module is cut off after %s bytes; was it still being written?"
              .formatted(content.length));
    }
    return hasCode(bytes, end)
        ? Optional.empty()
        : Optional.of(
            "it has weights without code, as torch.save writes them; write a module with"
                + " torch.jit.script(model).save(path)");
  }

  private static int end(ByteBuffer bytes) {
    int first = Math.max(0, bytes.limit() - END_BYTES - MOST_COMMENT_BYTES);
    for (int at = bytes.limit() - END_BYTES; at >= first; at--) {
      if (bytes.getInt(at) == END) {
        return at;
      }
    }
    return -1;
  }

  /** Whether an entry is {@code <name>/code/…}; of a directory that can't be followed, yes. */
  private static boolean hasCode(ByteBuffer bytes, int end) {
    int at = bytes.getInt(end + 16);
    if (at < 0) {
      return true; // larger than a zip archive of 32 bits
    }
    while (at + ENTRY_BYTES <= end && bytes.getInt(at) == ENTRY) {
      int nameBytes = Short.toUnsignedInt(bytes.getShort(at + 28));
      int rest =
          Short.toUnsignedInt(bytes.getShort(at + 30))
              + Short.toUnsignedInt(bytes.getShort(at + 32));
      if (at + ENTRY_BYTES + nameBytes > end) {
        return true;
      }
      byte[] name = new byte[nameBytes];
      bytes.get(at + ENTRY_BYTES, name);
      if (new String(name, StandardCharsets.UTF_8).matches("[^/]+/code/.*")) {
        return true;
      }
      at += ENTRY_BYTES + nameBytes + rest;
    }
    return false;
  }
}
