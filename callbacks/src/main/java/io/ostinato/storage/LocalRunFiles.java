package io.ostinato.storage;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Files of a run in a local folder. */
public final class LocalRunFiles implements RunFiles {
  private final Path folder;
  private final String writer;

  private LocalRunFiles(Path folder, String writer) {
    this.folder = folder;
    this.writer = writer;
  }

  /** The files in this folder, which is created when the first file is written. */
  public static LocalRunFiles in(Path folder) {
    return new LocalRunFiles(folder, "");
  }

  @Override
  public LocalRunFiles writtenBy(String name) {
    return new LocalRunFiles(folder, name);
  }

  @Override
  public void write(String name, Content content) {
    Path file = file(name);
    Path temporary = folder.resolve(FileNames.temporary(writer));
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      move(temporary, file);
    } catch (IOException e) {
      deleteAfter(e, temporary);
      throw failed("write", file, e);
    } catch (RuntimeException | Error e) {
      deleteAfter(e, temporary);
      throw e;
    }
  }

  @Override
  public void rename(String from, String to) {
    try {
      move(file(from), file(to));
    } catch (IOException e) {
      throw failed("rename", file(from), e);
    }
  }

  @Override
  public InputStream read(String name) {
    try {
      Optional<byte[]> open = LocalLineFile.contentOfOpen(file(name));
      return open.isPresent()
          ? new ByteArrayInputStream(open.get())
          : Files.newInputStream(file(name));
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  @Override
  public boolean exists(String name) {
    return Files.isRegularFile(file(name));
  }

  @Override
  public List<String> list() {
    return names(Files::isRegularFile);
  }

  @Override
  public List<String> folders() {
    return names(Files::isDirectory);
  }

  private List<String> names(Predicate<Path> kind) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(kind)
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  @Override
  public void delete(String name) {
    try {
      Files.deleteIfExists(file(name));
    } catch (IOException e) {
      throw failed("delete", file(name), e);
    }
  }

  @Override
  public void deleteAbandoned(Instant before) {
    deleteTemporary(
        FileNames.TEMPORARY,
        file -> Instant.ofEpochMilli(file.toFile().lastModified()).isBefore(before));
  }

  @Override
  public void deleteAbandonedBy(String name) {
    deleteTemporary(FileNames.temporaryOf(name), file -> true);
  }

  private void deleteTemporary(String prefix, Predicate<Path> condition) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(prefix)
            && Files.isRegularFile(file)
            && condition.test(file)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw failed("delete what was abandoned in", folder, e);
    }
  }

  @Override
  public void checkWritable() {
    Path present = folder.toAbsolutePath();
    while (!Files.exists(present) && present.getParent() != null) {
      present = present.getParent();
    }
    try {
      Files.delete(Files.createFile(present.resolve(FileNames.temporary(writer))));
    } catch (IOException e) {
      throw failed("write", folder, e);
    }
  }

  @Override
  public long sizeBytes(String name) {
    try {
      return Files.size(file(name));
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  @Override
  public LineFile openLines(String name) {
    return LocalLineFile.open(this, folder, FileNames.checked(name));
  }

  /** Same as {@link #openLines}, since no file is taken over from another process. */
  @Override
  public LineFile openLinesOfNobody(String name) {
    return openLines(name);
  }

  @Override
  public LineWriter writerOf(String name) {
    return LocalLineFile.isFree(file(name)) ? LineWriter.NONE : LineWriter.SOME;
  }

  @Override
  public List<String> lines(String name) {
    try {
      Optional<byte[]> open = LocalLineFile.contentOfOpen(file(name));
      return LineText.lines(open.isPresent() ? open.get() : Files.readAllBytes(file(name)));
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failed("read", file(name), e);
    }
  }

  @Override
  public LocalRunFiles folder(String name) {
    return new LocalRunFiles(file(name), writer);
  }

  @Override
  public void deleteFolder() {
    if (!Files.exists(folder)) {
      return;
    }
    try {
      Files.walkFileTree(folder, new FolderDeletion());
    } catch (IOException e) {
      throw failed("delete", folder, e);
    }
  }

  @Override
  public Optional<Path> local() {
    return Optional.of(folder);
  }

  @Override
  public String location() {
    return folder.toString();
  }

  private Path file(String name) {
    return folder.resolve(FileNames.checked(name));
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void deleteAfter(Throwable failure, Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static StorageException failed(String verb, Path file, IOException e) {
    return new StorageException(
        "can't %s '%s': %s".formatted(verb, file, StorageException.reasonOf(e)), e);
  }
}
