package io.ostinato.torchscript;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks deflated content piece by piece. */
final class Inflation {
  private static final int BUFFER_BYTES = 1 << 16;

  private Inflation() {}

  /** Receives the unpacked content; the buffer is reused. */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] buffer, int offset, int length);
  }

  /**
   * Unpacks the content of an entry.
   *
   * @return whether it has the size that the directory says; nothing is unpacked beyond that
   */
  static boolean of(LocalHeader header, Sink sink) {
    long expected = header.entry().sizeBytes();
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(header.archive().array(), header.dataStart(), header.entry().storedBytes());
      byte[] buffer = new byte[BUFFER_BYTES];
      long bytes = 0;
      int some = -1;
      while (!inflater.finished() && some != 0 && bytes <= expected) {
        some = inflater.inflate(buffer);
        sink.accept(buffer, 0, some);
        bytes += some;
      }
      return inflater.finished() && bytes == expected;
    } catch (DataFormatException e) {
      return false;
    } finally {
      inflater.end();
    }
  }
}
