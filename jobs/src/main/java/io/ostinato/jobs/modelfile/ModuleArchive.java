package io.ostinato.jobs.modelfile;

import io.ostinato.torchscript.ZipContent;
import java.util.Optional;

/**
 * A TorchScript module as the zip archive that it is: what is wrong with one is found out here, on
 * the driver, before executors would fail with an error of the native engine.
 */
record ModuleArchive(ZipContent zip) {
  private static final String CODE = "[^/]+/code/.*";

  /** Why this is no module, if it is none. */
  Optional<String> mistake() {
    if (!zip.isZip()) {
      return Optional.of("it is no TorchScript module, which is a zip archive");
    } else if (!zip.isWhole()) {
      return Optional.of(
          "the TorchScript module is cut off after %s bytes; was it still being written?"
              .formatted(zip.content().length));
    }
    // One whose directory can't be followed may be larger than an archive of 32 bits.
    boolean code =
        zip.entries()
            .map(entries -> entries.stream().anyMatch(entry -> entry.name().matches(CODE)))
            .orElse(true);
    return code
        ? Optional.empty()
        : Optional.of(
            "it is a zip archive without a module's code; write a module with"
                + " torch.jit.script(model).save(path)");
  }
}
