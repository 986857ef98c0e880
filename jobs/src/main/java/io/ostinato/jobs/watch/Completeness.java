package io.ostinato.jobs.watch;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Distinguishes complete files from files that are still being written, by comparing successive
 * listings of the folder. Not thread-safe.
 *
 * <p>Without a marker, a file is complete once its size and modification time have not changed for
 * a while, in at least two listings. With a marker, a file is complete once a marker file exists
 * that is named after the file, or after a link to it, and is not older than the file.
 */
final class Completeness {
  private final NameFilter names;
  private final Optional<String> marker;
  private final Duration settle;
  private Map<CheckpointFile, Duration> firstSeen = Map.of();

  private Completeness(NameFilter names, Optional<String> marker, Duration settle) {
    this.names = names;
    this.marker = marker;
    this.settle = settle;
  }

  /** Files are complete once they have not changed for this duration. */
  static Completeness unchangedFor(Duration settle, NameFilter names) {
    return new Completeness(names, Optional.empty(), settle);
  }

  /** Files are complete once {@code <name><marker>} exists. */
  static Completeness markedBy(String marker, NameFilter names) {
    return new Completeness(names, Optional.of(marker), Duration.ZERO);
  }

  /**
   * Evaluates the next listing.
   *
   * @param elapsed the time of the listing, by a monotonic clock
   */
  Scan look(Listing listing, Duration elapsed) {
    List<CheckpointFile> checkpoints = listing.checkpoints(this::isCheckpoint);
    CheckpointOrder order = CheckpointOrder.of(checkpoints);
    List<CheckpointFile> files = order.sort(checkpoints.stream());
    Map<CheckpointFile, Duration> seen = new HashMap<>();
    boolean changed = false;
    for (CheckpointFile file : files) {
      Duration before = firstSeen.get(file);
      changed |= before == null;
      seen.put(file, before == null ? elapsed : before);
    }
    firstSeen = seen;
    return marker.isPresent()
        ? new Scan(marked(files, listing, marker.get()), List.of(), order, changed)
        : settled(files, elapsed, order, changed);
  }

  /** Whether a name is that of a checkpoint and not of a marker. */
  boolean isCheckpoint(String name) {
    return names.accepts(name) && (marker.isEmpty() || !name.endsWith(marker.get()));
  }

  private static List<CheckpointFile> marked(
      List<CheckpointFile> files, Listing listing, String end) {
    Map<String, CheckpointFile> byName =
        listing.files().stream()
            .collect(Collectors.toMap(CheckpointFile::name, Function.identity()));
    return files.stream()
        .filter(
            file ->
                listing.namesOf(file).stream()
                    .map(name -> Optional.ofNullable(byName.get(name + end)))
                    .flatMap(Optional::stream)
                    .anyMatch(itsMarker -> !itsMarker.modified().isBefore(file.modified())))
        .toList();
  }

  private Scan settled(
      List<CheckpointFile> files, Duration elapsed, CheckpointOrder order, boolean changed) {
    Map<Boolean, List<CheckpointFile>> byCompleteness =
        files.stream()
            .collect(
                Collectors.partitioningBy(
                    file -> {
                      Duration age = elapsed.minus(firstSeen.getOrDefault(file, elapsed));
                      return !age.isZero() && age.compareTo(settle) >= 0;
                    }));
    return new Scan(
        byCompleteness.getOrDefault(true, List.of()),
        byCompleteness.getOrDefault(false, List.of()),
        order,
        changed);
  }
}
