package io.ostinato.training;

import io.ostinato.storage.Checkpoints;
import io.ostinato.storage.RunFiles;
import io.ostinato.weights.Sha256;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a run starts, and what it does with its folder then.
 *
 * @param again whether it was begun before, and ended without a checkpoint
 * @param lostMetrics what to do about missing records
 * @param written files to write into the run's folder once it has started, by name
 * @param writer the name of the run's processes, of which one can write at a time; part of the
 *     names of their temporary files
 * @param hasOwnCheckpoints whether the checkpoints are in the run's folder
 * @param guard keeps the training from changing a run that another process has taken over
 */
record RunStart(
    boolean again,
    LostMetrics lostMetrics,
    Map<String, RunFiles.Content> written,
    String writer,
    boolean hasOwnCheckpoints,
    RunGuard guard) {
  /** The age at which temporary files of others are considered abandoned. */
  private static final Duration ABANDONED_AFTER = Duration.ofDays(1);

  private static final int WRITER_CHARACTERS = 16;

  RunStart {
    written = new LinkedHashMap<>(written);
  }

  /** The name of the processes that write a run in this folder. */
  static String writerOf(RunFiles run) {
    String place = run.local().isPresent() ? host() + ":" : "";
    MessageDigest digest = Sha256.start();
    digest.update((place + run.location()).getBytes(StandardCharsets.UTF_8));
    return Sha256.hex(digest).substring(0, WRITER_CHARACTERS);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  /**
   * Removes temporary files of processes that were killed. In the run's folder, which only the
   * process that has the log open may write to, these are all of them; in a folder of checkpoints
   * elsewhere, those of this run, and old ones.
   */
  void deleteAbandoned(RunFiles run, Checkpoints checkpoints, Clock clock) {
    run.deleteAbandoned(Instant.MAX);
    if (hasOwnCheckpoints) {
      checkpoints.deleteAbandoned();
    } else {
      checkpoints.deleteAbandoned(writer, clock.instant().minus(ABANDONED_AFTER));
    }
  }

  /** Writes the files of a run that has started. */
  void write(RunFiles run) {
    written.forEach(run::write);
  }
}
