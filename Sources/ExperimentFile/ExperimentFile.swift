public import Model
internal import Yams
