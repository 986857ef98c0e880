package io.ostinato.torchscript;

/**
 * Thrown if the archive of a module is damaged, so that the module may differ from the one that was
 * saved, or if it would unpack to far more than its size. The message is one line with a remedy.
 */
public final class DamagedModuleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  DamagedModuleException(String problem) {
    super("the archive is damaged: " + problem + "; copy the file again, or save it again");
  }

  private DamagedModuleException(String problem, String remedy) {
    super(problem + "; " + remedy);
  }

  private DamagedModuleException(String message, DamagedModuleException cause) {
    super(message, cause);
  }

  /** The same problem with the name of the file. */
  public DamagedModuleException in(String file) {
    return new DamagedModuleException("can't use '%s': %s".formatted(file, getMessage()), this);
  }

  static DamagedModuleException unpacksTo(long bytes, long fileBytes, long most) {
    return new DamagedModuleException(
        "the archive of %s bytes would unpack to %s; at most %s are accepted"
            .formatted(fileBytes, bytes, most),
        "save the module with torch.jit.save, which doesn't compress tensors");
  }
}
