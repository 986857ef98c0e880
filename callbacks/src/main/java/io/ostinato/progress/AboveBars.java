package io.ostinato.progress;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * A standard stream on the terminal of a status line: what is written to it appears above the bars.
 */
final class AboveBars extends PrintStream {
  private final StatusLine line;

  AboveBars(PrintStream stream, StatusLine line, Charset charset) {
    super(new Bytes(stream, line), true, charset);
    this.line = line;
  }

  StatusLine line() {
    return line;
  }

  private static final class Bytes extends OutputStream {
    private final PrintStream stream;
    private final StatusLine line;

    Bytes(PrintStream stream, StatusLine line) {
      this.stream = stream;
      this.line = line;
    }

    @Override
    public void write(int value) {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      if (length > 0) {
        line.above(
            () -> {
              stream.write(bytes, from, length);
              stream.flush();
              return bytes[from + length - 1] == '\n';
            });
      }
    }

    @Override
    public void flush() {
      stream.flush();
    }
  }
}
