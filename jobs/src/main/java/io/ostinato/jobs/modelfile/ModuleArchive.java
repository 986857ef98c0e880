package io.ostinato.jobs.modelfile;

import io.ostinato.torchscript.ZipContent;
import java.util.Optional;

/**
 * The zip archive of a TorchScript module. Checks it on the driver, before executors would fail
 * with an error of the native engine.
 */
record ModuleArchive(ZipContent zip) {
  private static final String CODE = "[^/]+/code/.*";

  /** Why this is not a valid module; empty if it is. */
  Optional<String> mistake() {
    if (!zip.isZip()) {
      return Optional.of("it is not a TorchScript module, which would be a zip archive");
    } else if (!zip.isWhole()) {
      return Optional.of(
          "the TorchScript module is truncated after %s bytes; was it still being written?"
              .formatted(zip.content().length));
    }
    // A directory that can't be read is reported with the rest of the damage.
    boolean code =
        zip.entries()
            .map(entries -> entries.stream().anyMatch(entry -> entry.name().matches(CODE)))
            .orElse(true);
    return code
        ? Optional.empty()
        : Optional.of(
            "it is a zip archive without the code of a module; save a module with"
                + " torch.jit.script(model).save(path)");
  }
}
