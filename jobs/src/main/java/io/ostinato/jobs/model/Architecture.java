package io.ostinato.jobs.model;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.describe.UserClass;
import io.ostinato.model.BlockFactory;
import java.util.List;
import java.util.Map;

/** What a model is made of: a factory of its block, and the shapes of its inputs. */
public sealed interface Architecture extends BlockFactory
    permits Architecture.Mlp,
        Architecture.DigitsCnn,
        Architecture.Resnet18,
        Architecture.TorchScript,
        Architecture.OfClass {

  /** The shape of each input, without the batch dimension. */
  List<Shape> shapes();

  /** What stands between the layers of an {@link Mlp}. */
  enum Nonlinearity {
    RELU,
    GELU,
    TANH,
    SIGMOID;

    Block block() {
      return switch (this) {
        case RELU -> Activation.reluBlock();
        case GELU -> Activation.geluBlock();
        case TANH -> Activation.tanhBlock();
        case SIGMOID -> Activation.sigmoidBlock();
      };
    }
  }

  /** Fully connected layers. */
  @Kind(
      name = "mlp",
      value = "Fully connected layers over the numbers of a row: (N, …) to (N, outputs).")
  record Mlp(
      @Key("The shape of one row, without the batch dimension.") List<Long> inputShape,
      @Key(value = "The width of each hidden layer.", byDefault = "[128]", atLeast = 1)
          List<Integer> hidden,
      @Key(value = "How many numbers come out.", atLeast = 1) int outputs,
      @Key(value = "What follows a hidden layer.", byDefault = "relu") Nonlinearity activation,
      @Key(value = "Whether hidden layers are normalized over the batch.", byDefault = "false")
          boolean batchNorm,
      @Key(
              value = "The share of a hidden layer that is left out at random in training.",
              byDefault = "0",
              atLeast = 0,
              below = 1)
          double dropout)
      implements Architecture {
    @Override
    public List<Shape> shapes() {
      return List.of(Shapes.of(inputShape));
    }

    @Override
    public Block get() {
      return Layers.mlp(this);
    }
  }

  /** The network of the quickstart. */
  @Kind(
      name = "digits_cnn",
      value = "The convolutional network of the quickstart: (N, 1, 8, 8) to logits (N, 10).")
  record DigitsCnn() implements Architecture {
    @Override
    public List<Shape> shapes() {
      return List.of(DigitsNet.INPUT);
    }

    @Override
    public Block get() {
      return new DigitsNet();
    }
  }

  /** How a residual network begins. */
  enum Stem {
    /** 7 by 7 with stride 2, then pooling: for photographs. */
    LARGE,
    /** 3 by 3 with stride 1: for images of some 32 by 32. */
    SMALL
  }

  /** A residual network. */
  @Kind(
      name = "resnet18",
      value =
          "The residual network of 18 layers (He et al., Deep residual learning for image"
              + " recognition, 2015): images (N, channels, height, width) to logits (N, classes).")
  record Resnet18(
      @Key(value = "Channels, height and width of an image.", byDefault = "[3, 224, 224]")
          List<Long> inputShape,
      @Key(value = "How many classes there are.", atLeast = 1) int classes,
      @Key(
              value =
                  "How the network begins: large for photographs, small for some 32 by 32 pixels.",
              byDefault = "large")
          Stem stem,
      @Key(
              value = "Filters of the first stage; each of the others has twice those before.",
              byDefault = "64",
              atLeast = 1)
          int filters)
      implements Architecture {
    public Resnet18 {
      if (inputShape.size() != 3) {
        throw new IllegalArgumentException(
            "input_shape must be channels, height and width; given: " + inputShape);
      }
    }

    @Override
    public List<Shape> shapes() {
      return List.of(Shapes.of(inputShape));
    }

    @Override
    public Block get() {
      return Layers.resnet18(this);
    }
  }

  /** A module of PyTorch. */
  @Kind(
      name = "torchscript",
      value = "A TorchScript module.",
      refused =
          "a TorchScript module can't be trained: DJL doesn't tell its buffers, such as the running"
              + " statistics of batch normalization, so evaluations would silently differ from the"
              + " model; give a class that makes a DJL block, or train with PyTorch and let"
              + " 'watch' evaluate the checkpoints")
  record TorchScript() implements Architecture {
    @Override
    public List<Shape> shapes() {
      return List.of();
    }

    @Override
    public Block get() {
      throw new UnsupportedOperationException("refused where it is configured");
    }
  }

  /** A user's class. */
  @Kind(
      name = "",
      value =
          "A class on the class path: a DJL block, or a BlockFactory; public, with a public"
              + " constructor without parameters or with a map, the options.")
  record OfClass(
      String kind,
      @Key("The shape of each input, without the batch dimension.") List<List<Long>> inputShapes,
      @Key(value = "For the constructor.", optional = true) Map<String, Object> options)
      implements Architecture, Checked {
    @Override
    public List<Shape> shapes() {
      return inputShapes.stream().map(Shapes::of).toList();
    }

    @Override
    public void check() {
      new UserClass(kind, options).check(List.of(), Block.class, BlockFactory.class);
    }

    @Override
    public Block get() {
      UserClass user = new UserClass(kind, options);
      return BlockFactory.class.isAssignableFrom(user.load(Block.class, BlockFactory.class))
          ? user.create(Map.of(), BlockFactory.class).get()
          : user.create(Map.of(), Block.class);
    }
  }
}
