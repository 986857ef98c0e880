package io.ostinato.jobs.model;

import io.ostinato.describe.Kinds;
import io.ostinato.jobs.config.Configuration;
import io.ostinato.jobs.config.ConfigurationException;
import io.ostinato.jobs.config.ConfigurationFile;
import io.ostinato.jobs.config.KindText;
import io.ostinato.jobs.config.Mistakes;
import java.util.Iterator;
import java.util.List;

/** Reads architectures from a command line. */
public final class Architectures {
  private static final String MODEL = "model";

  private Architectures() {}

  /**
   * An architecture of one of these texts.
   *
   * <ul>
   *   <li>{@code mlp:outputs=10,input_shape=[64],hidden=[512,256]}: a kind and its keys, as in the
   *       section {@code model} of a training's configuration; a kind alone where it needs none
   *   <li>{@code {kind: mlp, outputs: 10, input_shape: [64]}}: the same as YAML
   *   <li>{@code com.example.MyNet:input_shapes=[[1,8,8]]}: a user's class
   *   <li>{@code runs/a/config.yaml}: a file, local or with a scheme of Hadoop's, whose section
   *       {@code model} counts
   * </ul>
   *
   * @param option how messages call the text, as in {@code --architecture}
   * @throws ConfigurationException with all that is wrong, a line each
   */
  public static Architecture parse(String option, String text) {
    Mistakes mistakes = new Mistakes();
    Configuration configuration =
        isFile(text)
            ? Configuration.read(text, ConfigurationFile.read(text), List.of(), mistakes)
                .section(MODEL)
            : Configuration.line(option + " " + text, KindText.yaml(text), mistakes);
    mistakes.throwIfAny();
    return configuration.bind(Architecture.class).value();
  }

  /** The kinds of architectures, for help and completion. */
  public static final class ArchitectureKinds implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Kinds.of(Architecture.class).names().iterator();
    }
  }

  private static boolean isFile(String text) {
    return text.endsWith(".yaml") || text.endsWith(".yml");
  }
}
