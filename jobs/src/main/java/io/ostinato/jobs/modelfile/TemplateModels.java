package io.ostinato.jobs.modelfile;

import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.jobs.modelfile.ModelFiles.ModelFile;
import io.ostinato.jobs.modelfile.WeightsArchitecture.OfModule;
import io.ostinato.model.ModuleTemplate;
import io.ostinato.model.ModuleTemplate.Filled;
import io.ostinato.weights.OfferedArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Models whose code is in one module, and whose weights are in other files. Not thread-safe. */
final class TemplateModels {
  private static final Logger log = LoggerFactory.getLogger(TemplateModels.class);
  private static final int MOST_NAMES = 20;

  private final Configuration configuration;
  private final OfModule architecture;
  private final KeyStyle style;
  private @Nullable Template template;
  private boolean told;

  /** The module, and the outputs that its file declares. */
  private record Template(ModuleTemplate module, List<String> outputs) {}

  TemplateModels(Configuration configuration, OfModule architecture, KeyStyle style) {
    this.configuration = configuration;
    this.architecture = architecture;
    this.style = style;
  }

  /** Reads the module. */
  void prepare() {
    template();
  }

  /**
   * Reads the weights of a file, and gives them to the module.
   *
   * @throws ModelException if the module or the weights can't be used, or don't match
   */
  ModelFile read(String file) throws IOException {
    template(); // or else a mistake in it would be found last
    return filled(file, new WeightFiles(style).read(file, configuration));
  }

  /** Like {@link #read(String)}, for weights in memory. */
  ModelFile read(String name, byte[] weights) throws IOException {
    template();
    return filled(name, new WeightFiles(style).read(name, weights));
  }

  private ModelFile filled(String file, List<OfferedArray> offered) throws IOException {
    Template net = template();
    try {
      Filled filled =
          architecture.prefix().isEmpty()
              ? net.module().with(offered)
              : net.module().with(offered, architecture.prefix());
      tell(file, filled);
      return new ModelFile(net.module().source(), filled.weights(), net.outputs());
    } catch (UncheckedIOException e) {
      throw e.getCause(); // of a storage that is read when it is used
    } catch (IllegalArgumentException e) {
      throw ModelException.refused(file, String.valueOf(e.getMessage()), e);
    }
  }

  private Template template() {
    Template known = template;
    if (known == null) {
      known = ModelFiles.reading(architecture.file(), this::readTemplate);
      template = known;
    }
    return known;
  }

  private Template readTemplate() throws IOException {
    String file = architecture.file();
    byte[] content = ModelFiles.content(file, configuration);
    ModelFiles.mistakeOf(file, content, style)
        .ifPresent(
            mistake -> {
              throw refused(mistake, null);
            });
    try {
      return new Template(ModuleTemplate.of(content), ModelFiles.outputsOf(content));
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()), e);
    }
  }

  private ModelException refused(String problem, @Nullable Throwable cause) {
    String words =
        "%s '%s': %s".formatted(style.name("architecture"), architecture.file(), problem);
    return new ModelException(words, cause);
  }

  /** Says once what the weights don't have, and what isn't used of them. */
  private void tell(String file, Filled filled) {
    if (told) {
      return;
    }
    told = true;
    if (!filled.prefix().isEmpty()) {
      log.info(
          "the weights of '{}' have the prefix {}", file, PickledEntry.quoted(filled.prefix()));
    }
    if (!filled.kept().isEmpty()) {
      log.warn(
          "'{}' doesn't have the buffers {}; those of the architecture are used",
          file,
          listed(filled.kept()));
    }
    if (!filled.ignored().isEmpty()) {
      log.info(
          "not part of the architecture, and ignored: {}",
          listed(filled.ignored().stream().map(OfferedArray::name).toList()));
    }
  }

  /** Some of the names, in one line. */
  static String listed(List<String> names) {
    List<String> some = names.stream().limit(MOST_NAMES).map(PickledEntry::quoted).toList();
    return String.join(", ", some)
        + (names.size() > MOST_NAMES ? " and %s more".formatted(names.size() - MOST_NAMES) : "");
  }
}
