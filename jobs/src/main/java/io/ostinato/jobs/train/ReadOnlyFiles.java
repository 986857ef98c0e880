package io.ostinato.jobs.train;

import io.ostinato.storage.LineFile;
import io.ostinato.storage.RunFiles;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A read-only view of a run's files, since the run may still be active. Renaming a file only
 * affects this view: the file can be read under the new name, and keeps its own in the folder.
 */
final class ReadOnlyFiles implements RunFiles {
  private final RunFiles files;
  private final Map<String, String> renamed = new ConcurrentHashMap<>();

  ReadOnlyFiles(RunFiles files) {
    this.files = files;
  }

  @Override
  public void write(String name, Content content) {
    throw refuse("write", name);
  }

  @Override
  public void rename(String from, String to) {
    renamed.put(to, from);
  }

  @Override
  public InputStream read(String name) {
    return files.read(origin(name));
  }

  @Override
  public boolean exists(String name) {
    return files.exists(origin(name));
  }

  @Override
  public List<String> list() {
    return files.list();
  }

  @Override
  public void delete(String name) {
    throw refuse("delete", name);
  }

  @Override
  public void deleteAbandoned(Instant before) {
    throw refuse("delete", "what was abandoned");
  }

  @Override
  public long sizeBytes(String name) {
    return files.sizeBytes(origin(name));
  }

  @Override
  public LineFile openLines(String name) {
    throw refuse("append to", name);
  }

  @Override
  public List<String> lines(String name) {
    return files.lines(name);
  }

  @Override
  public RunFiles folder(String name) {
    return new ReadOnlyFiles(files.folder(name));
  }

  @Override
  public List<String> folders() {
    return files.folders();
  }

  @Override
  public void deleteFolder() {
    throw refuse("delete", "the folder");
  }

  @Override
  public Optional<Path> local() {
    return files.local();
  }

  @Override
  public String location() {
    return files.location();
  }

  /** The name to read, since the process that writes the run may have renamed the file by now. */
  private String origin(String name) {
    String from = renamed.get(name);
    return from != null && files.exists(from) ? from : name;
  }

  private UnsupportedOperationException refuse(String verb, String name) {
    return new UnsupportedOperationException(
        "can't %s '%s' in %s: it is only read".formatted(verb, name, location()));
  }
}
