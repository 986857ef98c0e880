package io.ostinato.storage;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Files that others keep, for tests that change what some methods do. */
public abstract class ForwardingRunFiles implements RunFiles {
  private final RunFiles files;

  protected ForwardingRunFiles(RunFiles files) {
    this.files = files;
  }

  @Override
  public void write(String name, Content content) {
    files.write(name, content);
  }

  @Override
  public void rename(String from, String to) {
    files.rename(from, to);
  }

  @Override
  public InputStream read(String name) {
    return files.read(name);
  }

  @Override
  public boolean exists(String name) {
    return files.exists(name);
  }

  @Override
  public List<String> list() {
    return files.list();
  }

  @Override
  public void delete(String name) {
    files.delete(name);
  }

  @Override
  public void deleteAbandoned(Instant before) {
    files.deleteAbandoned(before);
  }

  @Override
  public long sizeBytes(String name) {
    return files.sizeBytes(name);
  }

  @Override
  public LineFile openLines(String name) {
    return files.openLines(name);
  }

  /** The files behind this view. */
  @Override
  public RunFiles writtenBy(String writer) {
    return files.writtenBy(writer);
  }

  @Override
  public void deleteAbandonedBy(String writer) {
    files.deleteAbandonedBy(writer);
  }

  @Override
  public LineWriter writerOf(String name) {
    return files.writerOf(name);
  }

  @Override
  public void checkWritable() {
    files.checkWritable();
  }

  @Override
  public List<String> lines(String name) {
    return files.lines(name);
  }

  @Override
  public RunFiles folder(String name) {
    return files.folder(name);
  }

  @Override
  public List<String> folders() {
    return files.folders();
  }

  @Override
  public void deleteFolder() {
    files.deleteFolder();
  }

  @Override
  public Optional<Path> local() {
    return files.local();
  }

  @Override
  public String location() {
    return files.location();
  }
}
