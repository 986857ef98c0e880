package io.ostinato.storage;

import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files that can be changed only while a condition holds, such as that no other process has taken
 * the run over. The condition is checked before each change, and again if the change fails.
 */
public final class FencedFiles implements RunFiles {
  private final RunFiles files;
  private final Runnable condition;

  /**
   * Creates a view of these files.
   *
   * @param condition throws an exception if it doesn't hold
   */
  public FencedFiles(RunFiles files, Runnable condition) {
    this.files = files;
    this.condition = condition;
  }

  private void change(Runnable work) {
    condition.run();
    try {
      work.run();
    } catch (StorageException e) {
      try {
        condition.run();
      } catch (TakenOverException reason) {
        reason.addSuppressed(e);
        throw reason;
      }
      throw e;
    }
  }

  @Override
  public void write(String name, Content content) {
    change(() -> files.write(name, content));
  }

  @Override
  public void rename(String from, String to) {
    change(() -> files.rename(from, to));
  }

  @Override
  public void delete(String name) {
    change(() -> files.delete(name));
  }

  @Override
  public void deleteAbandoned(Instant before) {
    change(() -> files.deleteAbandoned(before));
  }

  @Override
  public void deleteAbandonedBy(String writer) {
    change(() -> files.deleteAbandonedBy(writer));
  }

  @Override
  public void deleteFolder() {
    change(files::deleteFolder);
  }

  @Override
  public InputStream read(String name) {
    return files.read(name);
  }

  @Override
  public String text(String name) {
    return files.text(name);
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
  public RunFiles writtenBy(String writer) {
    return new FencedFiles(files.writtenBy(writer), condition);
  }

  @Override
  public void checkWritable() {
    files.checkWritable();
  }

  @Override
  public long sizeBytes(String name) {
    return files.sizeBytes(name);
  }

  @Override
  public LineFile openLines(String name) {
    return files.openLines(name);
  }

  @Override
  public LineFile openLinesOfNobody(String name) {
    return files.openLinesOfNobody(name);
  }

  @Override
  public LineWriter writerOf(String name) {
    return files.writerOf(name);
  }

  @Override
  public List<String> lines(String name) {
    return files.lines(name);
  }

  @Override
  public RunFiles folder(String name) {
    return new FencedFiles(files.folder(name), condition);
  }

  @Override
  public List<String> folders() {
    return files.folders();
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
