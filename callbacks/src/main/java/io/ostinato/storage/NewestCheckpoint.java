package io.ostinato.storage;

import java.util.List;
import java.util.Optional;

/**
 * The checkpoint to resume from, and the reasons for which others were not taken.
 *
 * @param tag the tag of the newest whole checkpoint; empty if there is none
 * @param passedOver what was passed over and why, a clause each, such as {@code checkpoint
 *     'E2_U20_S320': its file 'E2_U20_S320.safetensors' is missing}
 */
public record NewestCheckpoint(Optional<String> tag, List<String> passedOver) {
  public NewestCheckpoint {
    passedOver = List.copyOf(passedOver);
  }

  /** Everything that was passed over, in one text. */
  public String reasons() {
    return String.join("; ", passedOver);
  }
}
