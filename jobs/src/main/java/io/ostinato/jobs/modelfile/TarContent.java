package io.ostinato.jobs.modelfile;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A tar archive in memory, as far as required to recognise checkpoints of old versions of PyTorch.
 */
final class TarContent {
  private static final int BLOCK_BYTES = 512;
  private static final int NAME_BYTES = 100;
  private static final int SIZE = 124;
  private static final int SIZE_BYTES = 12;
  private static final int MAGIC = 257;
  private static final int OCTAL = 8;

  private final byte[] content;

  TarContent(byte[] content) {
    this.content = content;
  }

  boolean isTar() {
    return isHeader(0);
  }

  /** The content of a file by its name; empty if it is missing or incomplete. */
  Optional<byte[]> contentOf(String name) {
    long at = 0;
    while (isHeader(at)) {
      long size = size((int) at);
      long begin = at + BLOCK_BYTES;
      if (size < 0 || begin + size > content.length) {
        return Optional.empty();
      } else if (text((int) at, NAME_BYTES).equals(name)) {
        return Optional.of(Arrays.copyOfRange(content, (int) begin, (int) (begin + size)));
      }
      at = begin + (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }
    return Optional.empty();
  }

  private boolean isHeader(long at) {
    return at + BLOCK_BYTES <= content.length && text((int) at + MAGIC, 5).equals("ustar");
  }

  private long size(int at) {
    try {
      return Long.parseLong(text(at + SIZE, SIZE_BYTES).strip(), OCTAL);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** The text up to the first zero byte. */
  private String text(int at, int bytes) {
    String text = new String(content, at, bytes, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }
}
