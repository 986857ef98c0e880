package io.ostinato.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A line file on a file system that can't append, such as an object store. For implementations of
 * {@link RunFiles}; only their whole-file operations are used.
 *
 * <p>Lines are appended to a small segment beside the file, see {@link Segments}. Each append
 * writes the segment again under another name, so that no existing segment is ever overwritten.
 * Segments are merged into the file once they are as large as the file, when the file is closed,
 * and when it is opened after a crash. Each line is therefore written only a few times in total,
 * even in a file of 10,000 lines.
 */
public final class SegmentedLineFile implements LineFile {
  private static final Logger log = LoggerFactory.getLogger(SegmentedLineFile.class);

  /** The size at which a segment is full. */
  private static final int FULL_BYTES = 1 << 14;

  private final RunFiles files;
  private final String name;
  private final Segments segments;

  private final LineClaim claim;
  private final List<String> present = new ArrayList<>();
  private @Nullable String presentName;
  private @Nullable String failedName;
  private boolean isMerging;
  private long lineCount;
  private long presentBytes;
  private long segmentBytes;
  private long mergedBytes;

  private SegmentedLineFile(RunFiles files, String name) {
    this.files = files;
    this.name = name;
    this.segments = new Segments(files, name);
    this.claim = LineClaim.take(files, name);
  }

  /**
   * Opens a file; creates it if missing. Segments left by an earlier process are merged.
   *
   * @throws StorageException if it can't be read or written
   */
  public static SegmentedLineFile open(RunFiles files, String name) {
    SegmentedLineFile file = new SegmentedLineFile(files, name);
    try {
      file.takeOver();
    } catch (RuntimeException | Error e) {
      file.claim.releaseAfter(e);
      throw e;
    }
    return file;
  }

  /** Whether a file has segments. */
  public static boolean isUsedFor(RunFiles files, String name) {
    return new Segments(files, name).exist();
  }

  /** Reads the lines; see {@link RunFiles#lines}. */
  public static List<String> read(RunFiles files, String name) {
    return new Segments(files, name).lines();
  }

  @Override
  public List<String> lines() {
    return segments.lines();
  }

  @Override
  public void append(List<String> more) {
    refuseOtherWriters();
    makeGood();
    if (presentBytes >= FULL_BYTES) {
      beginAnother();
    }
    List<String> next = new ArrayList<>(present);
    next.addAll(more);
    String before = presentName;
    String now = Segments.nameOf(lineCount - present.size(), lineCount + more.size(), claim.key());
    byte[] content = LineText.bytes(next);
    failedName = now;
    segments.write(now, content);
    claim.check(); // a process that has taken the file over since may not have read this segment
    failedName = null;
    present.addAll(more);
    presentName = now;
    lineCount += more.size();
    segmentBytes += content.length - presentBytes;
    presentBytes = content.length;
    if (before != null) {
      deleteSuperseded(before);
    }
  }

  @Override
  public void replace(List<String> lines) {
    refuseOtherWriters();
    makeGood();
    merge(lines);
  }

  @Override
  public boolean endsWith(String line) {
    List<String> now = lines();
    return !now.isEmpty() && now.get(now.size() - 1).equals(line);
  }

  @Override
  public void checkHeld() {
    claim.check();
  }

  @Override
  public String location() {
    return files.location() + "/" + name;
  }

  /** Merges all segments into the file, so that other programs can read it. */
  @Override
  public void close() {
    if (segmentBytes > 0 || isMerging) {
      replace(lines());
    }
    if (isHeld()) {
      segments.deleteUpTo(claim.key());
      claim.release();
    }
  }

  private boolean isHeld() {
    try {
      claim.check();
      return true;
    } catch (TakenOverException e) {
      return false;
    }
  }

  private void takeOver() {
    boolean hasSegments = segments.exist();
    if (!files.exists(name) && !hasSegments) {
      files.write(name, out -> {});
    }
    List<String> lines = segments.lines();
    byte[] content = LineText.bytes(lines);
    lineCount = lines.size();
    mergedBytes = files.exists(name) ? files.sizeBytes(name) : -1;
    if (hasSegments || mergedBytes != content.length) {
      merge(lines);
    }
    claim.settle();
  }

  /** Repairs the effects of an earlier failure before anything else is written. */
  private void makeGood() {
    if (isMerging) {
      merge(lines());
    }
    if (failedName != null) {
      segments.delete(failedName);
      failedName = null;
    }
  }

  /**
   * Begins a new segment. Merges first if the segments are as large as the file; merging so rarely
   * means that each line is written only a few times in total.
   */
  private void beginAnother() {
    if (segmentBytes >= mergedBytes) {
      replace(lines());
    }
    present.clear();
    presentName = null;
    presentBytes = 0;
  }

  /**
   * Writes these lines as the file and removes all segments. Until that is done, one segment has
   * all lines. If this writer's exists after an interrupted merge, it is not rewritten: it may be
   * the only complete copy.
   */
  private void merge(List<String> lines) {
    byte[] content = LineText.bytes(lines);
    String all = Segments.all(claim.key());
    isMerging = true;
    if (!segments.names().contains(all)) {
      segments.write(all, content);
    }
    claim.check();
    files.write(name, out -> out.write(content));
    segments.deleteUpTo(claim.key());
    isMerging = false;
    present.clear();
    presentName = null;
    failedName = null;
    presentBytes = 0;
    segmentBytes = 0;
    lineCount = lines.size();
    mergedBytes = content.length;
  }

  /** Deletes a segment that a longer one has replaced; readers no longer use it. */
  private void deleteSuperseded(String segment) {
    try {
      segments.delete(segment);
    } catch (StorageException e) {
      log.warn("{}; it goes with the next merge", e.getMessage());
    }
  }

  /**
   * Fails if another process has written. There are no locks: its claim shows it, or, if it is of
   * an earlier version, its segments.
   */
  private void refuseOtherWriters() {
    List<String> there = segments.names();
    claim.check(there);
    boolean isAlone =
        isMerging
            || there.stream().noneMatch(each -> Segments.keyOf(each).equals(Optional.of("")))
                && (presentName == null || there.contains(presentName))
                && (mergedBytes < 0 || files.sizeBytes(name) == mergedBytes);
    if (!isAlone) {
      throw TakenOverException.of(location());
    }
  }
}
