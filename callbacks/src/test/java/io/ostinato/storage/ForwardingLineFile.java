package io.ostinato.storage;

import java.util.List;

/** Lines kept by another file, for tests that change what some methods do. */
public abstract class ForwardingLineFile implements LineFile {
  private final LineFile lines;

  protected ForwardingLineFile(LineFile lines) {
    this.lines = lines;
  }

  @Override
  public List<String> lines() {
    return lines.lines();
  }

  @Override
  public void append(List<String> more) {
    lines.append(more);
  }

  @Override
  public void replace(List<String> others) {
    lines.replace(others);
  }

  @Override
  public boolean endsWith(String line) {
    return lines.endsWith(line);
  }

  @Override
  public void checkHeld() {
    lines.checkHeld();
  }

  @Override
  public String location() {
    return lines.location();
  }

  @Override
  public void close() {
    lines.close();
  }
}
