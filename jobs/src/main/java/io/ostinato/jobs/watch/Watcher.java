package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists a folder repeatedly and has the next checkpoint evaluated. Lists it again at once after an
 * evaluation, and otherwise after a pause.
 *
 * <p>Checkpoints that appeared during an evaluation can't be distinguished from ones that are still
 * being written. If one of them could be the next, the watcher pauses once before it decides.
 */
final class Watcher {
  /** The number of consecutive failures to list the folder after which the watch ends. */
  static final int TRIES = 10;

  private static final Logger log = LoggerFactory.getLogger(Watcher.class);

  private final WatchSettings settings;
  private final CheckpointFolder folder;
  private final Completeness completeness;
  private final CheckpointWork work;
  private final Pace pace;
  private List<CheckpointFile> waiting = List.of();
  private Duration lastNews;
  private boolean quiet;
  private boolean rested;
  private boolean toldOfFolders;
  private int failedLooks;

  Watcher(
      WatchSettings settings,
      CheckpointFolder folder,
      Completeness completeness,
      CheckpointWork work,
      Pace pace) {
    this.settings = settings;
    this.folder = folder;
    this.completeness = completeness;
    this.work = work;
    this.pace = pace;
    this.lastNews = pace.elapsed();
  }

  /**
   * Watches until the configured end or a signal.
   *
   * @throws StorageException if the folder can no longer be read, or results can't be written
   */
  void run() {
    while (!pace.stopRequested()) {
      Optional<Look> look = look();
      boolean busy = look.isPresent() && handle(look.get());
      if (!busy) {
        if (look.isPresent() && isOver()) {
          endEmpty(look.get());
          return;
        }
        pace.pause(settings.poll());
      }
      rested = !busy;
    }
  }

  private boolean isOver() {
    return quiet && settings.ending().isReachedAfter(pace.elapsed().minus(lastNews));
  }

  /**
   * A listing and the checkpoints found in it.
   *
   * @param empty files that have no content and no known writer, and so aren't in the scan
   */
  private record Look(Listing listing, Scan scan, List<CheckpointFile> empty) {}

  /** Records files that are still empty when the watch ends. */
  private void endEmpty(Look look) {
    for (CheckpointFile file : look.empty()) {
      if (isOvertaken(file, look.scan().order())) {
        work.skip(List.of(file), "it is empty, and a newer one was there");
      } else if (!work.done().contains(file)) {
        work.fail(file, "it is empty (0 bytes); was the training stopped before it was written?");
      }
    }
  }

  /**
   * Handles a listing; true if a checkpoint was handled, so that there may be more to do at once.
   */
  private boolean handle(Look look) {
    Scan scan = look.scan();
    skipOvertaken(scan);
    recordLost(look.listing());
    tellOfFolders(look.listing());
    if (scan.changed()) {
      lastNews = pace.elapsed();
    }
    boolean settled = rested || !settings.policy().isOpen(scan, work.done());
    boolean busy = settled && evaluate(settings.policy().next(scan, work.done()));
    Predicate<CheckpointFile> undone = file -> !work.done().contains(file);
    waiting = scan.complete().stream().filter(undone).toList();
    quiet = waiting.isEmpty() && scan.growing().stream().noneMatch(undone);
    if (busy) {
      lastNews = pace.elapsed();
    }
    return busy;
  }

  private boolean evaluate(Optional<CheckpointFile> next) {
    return next.isPresent() && work.evaluate(next.orElseThrow());
  }

  /** Skips overtaken checkpoints, including ones deleted while the newer one was evaluated. */
  private void skipOvertaken(Scan scan) {
    Stream<CheckpointFile> complete = Stream.concat(waiting.stream(), scan.complete().stream());
    List<CheckpointFile> overtaken =
        complete.distinct().filter(file -> isOvertaken(file, scan.order())).toList();
    work.skip(scan.order().sort(overtaken.stream()), "a newer one was there");
  }

  private boolean isOvertaken(CheckpointFile file, CheckpointOrder order) {
    return !work.done().contains(file)
        && work.evaluatedAfter(file)
            .filter(evaluated -> settings.policy().isOvertaken(file, evaluated, order))
            .isPresent();
  }

  /** Records complete checkpoints that no longer exist, and so can never be evaluated. */
  private void recordLost(Listing listing) {
    Set<CheckpointFile> there = Set.copyOf(listing.files());
    Set<String> names =
        listing.files().stream().map(CheckpointFile::name).collect(Collectors.toSet());
    for (CheckpointFile file : waiting) {
      if (!there.contains(file) && !work.done().contains(file)) {
        if (names.contains(file.name())) {
          work.skip(List.of(file), "it was replaced before its turn");
        } else {
          work.fail(file, "it no longer existed at its turn");
        }
      }
    }
  }

  /** Warns of a folder named like a checkpoint; only once, since more are likely to follow. */
  private void tellOfFolders(Listing listing) {
    if (!toldOfFolders) {
      listing.folders().stream()
          .filter(name -> completeness.isCheckpoint(name) || isNamedByIteration(name))
          .min(Comparator.naturalOrder())
          .ifPresent(
              name -> {
                toldOfFolders = true;
                work.warnOfFolder(name);
              });
    }
  }

  /**
   * Whether a folder is named as other programs name checkpoints, such as {@code checkpoint-500}.
   */
  private static boolean isNamedByIteration(String name) {
    return NamedIteration.findIn(name).isPresent();
  }

  private Optional<Look> look() {
    try {
      Listing listing = folder.list();
      Scan scan = completeness.look(listing, pace.elapsed());
      Set<CheckpointFile> written = written(scan);
      List<CheckpointFile> empty =
          scan.complete().stream()
              .filter(file -> file.bytes() == 0 && !written.contains(file))
              .toList();
      Look look = new Look(listing, scan.whileWritten(written), empty);
      failedLooks = 0;
      return Optional.of(look);
    } catch (IOException e) {
      failedLooks++;
      String why =
          StorageException.isMissing(e) ? "it no longer exists" : StorageException.reasonOf(e);
      if (failedLooks == TRIES) {
        throw new StorageException(
            "can't read the folder of checkpoints after %s consecutive attempts: %s"
                .formatted(TRIES, why),
            e);
      }
      log.warn(
          "can't read the folder of checkpoints, attempt {} of {}: {}", failedLooks, TRIES, why);
      return Optional.empty();
    }
  }

  /** Files that look complete but still have a writer, on file systems that report writers. */
  private Set<CheckpointFile> written(Scan scan) throws IOException {
    Set<CheckpointFile> written = new HashSet<>();
    for (CheckpointFile file : scan.complete()) {
      if (!work.done().contains(file) && folder.isBeingWritten(file)) {
        written.add(file);
      }
    }
    return written;
  }
}
